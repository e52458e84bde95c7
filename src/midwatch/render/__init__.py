"""Reports and graphs for people: text, Markdown, JSON and pictures. Takes plain data, knows the domain only."""
