"""The routes: blueprints of pages, protocols and writes."""
