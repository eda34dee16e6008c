"""What the first visitor would wait for, done before the server says that it is ready."""

import gc

from flask import Flask

from kg.claims.times import edtf_span
from kg.dataset.snapshots import Snapshot
from kg.dataset.text.search import Ask
from kg.errors import LodestoneError
from kg.infer.joins import ontology_joins
from kg.infer.rules import ontology_rules
from server.config import ShowDocuments
from server.manual import chapters
from server.routes.ontologypage import ontology_page
from server.services import services
from server.views.asking import Asked
from server.views.claim import claim_page
from server.views.entities import entity_list
from server.views.entity import entity_page
from server.views.finding import text_index
from server.views.listing import claim_list
from server.views.source import source_page
from server.views.start import start_page


def warm(app: Flask) -> None:
    """Compile the templates, read the ontology's rules and our chapters, and make one page of each kind."""
    for name in app.jinja_env.list_templates(extensions=["html"]):
        app.jinja_env.get_template(name)
    ontology_rules()
    ontology_joins()
    chapters()
    ontology_page()
    edtf_span("2025-04-21/2025-04-30")
    snapshot = services(app).snapshot()
    try:
        services(app).latest.get(snapshot.iri, lambda: start_page(snapshot))
        _pages(snapshot)
    except LodestoneError:
        return  # whoever asks for that page is told what is wrong with it
    finally:
        gc.freeze()  # what is loaded stays: the collector need not go through it


def _pages(snapshot: Snapshot) -> None:
    claim_list(snapshot, Asked())
    entity_list(snapshot, "", "", 1)
    for claim in text_index(snapshot).claims(Ask(limit=1)).claims:
        page = claim_page(snapshot, claim, ShowDocuments.QUOTE)
        for entity in (role.entity.iri for role in page.roles[:1]):
            entity_page(snapshot, snapshot.clusters.canonical(entity or ""))
        for source in (voice.source.iri for voice in page.chain[-1:]):
            source_page(snapshot, source or "")
