# Stands in for the module of that name; the extension needs that it is there.
