"""n8n's workflows as rendered, without n8n: their code and expressions under Node, nodes in the order of the file."""
