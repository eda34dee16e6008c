"""Links to what other SPARQL endpoints know: asked politely, kept on disk, proposed as claims."""
