"""A store on any SPARQL 1.1 engine: queries with provenance, and writing, by the SPARQL protocol alone.

The dataset is that of the embedded store, laid out in named graphs (``places``). A
commit is written down on the engine before it is done (``journal``), and one writer at a
time holds the lease. ``RemoteSource`` answers queries, ``RemoteWriter`` takes claims in.
"""

from kg.remote.endpoint import Endpoint
from kg.remote.source import RemoteSource
from kg.remote.writer import RemoteWriter

__all__ = ["Endpoint", "RemoteSource", "RemoteWriter"]
