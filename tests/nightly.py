"""Whether property tests look far harder than they do by day."""

import os

NIGHTLY = os.environ.get("LODESTONE_NIGHTLY") == "1"
