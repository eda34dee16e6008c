"""Articles read by many machines, on Dask: what runs there, what comes back, what is made of it.

Articles go to the workers with their tasks and what they claim comes back, so that a cluster needs no
file system in common. Results lie by the hash of their article in a folder beside the one who asked:
what is there is not read again, whoever was killed in between. Everything that depends on
the order of articles (which is a copy of which, what was described first) is decided there
too, by the code that one machine uses.
"""
