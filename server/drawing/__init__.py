"""Pictures as shapes with places, which templates write as SVG. From view models: no store, no Flask."""
