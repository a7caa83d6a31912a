"""Usage as people have it in files: any known shape → rows of disjoint counts, with client, model and time."""
