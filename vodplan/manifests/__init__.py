"""The YAML edge: manifests and the project file, read fast, checked fully, with a place for every finding."""
