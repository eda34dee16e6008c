"""The Reconciliation Service API 0.2 (https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/).

Messages, the manifest, types and properties, data extension, and the process that holds the index of
names. No Flask here; ``server/routes/reconcile.py`` has the routes.
"""
