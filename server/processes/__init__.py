"""The processes behind the server: workers that can be killed, and the one that writes."""
