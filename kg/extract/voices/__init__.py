"""Who says so, and how: chains of attribution, speakers, modality, what is doubted."""
