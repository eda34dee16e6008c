"""Lodestone: claims about export controls, and the provenance of every answer over them.

The stages, from the words in a document to a row of an answer, are the packages
below; imports point down only: ``cli`` > ``server`` > ``ingest`` > ``extract`` |
``link`` > ``query`` > ``dataset`` > ``infer`` | ``identity`` > ``claims`` > ``ontology``.
``provenance`` is pure mathematics, and ``errors`` stands below all.
"""
