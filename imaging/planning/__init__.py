"""The plan: which pictures an article gets, by which model, from which words, at what price."""
