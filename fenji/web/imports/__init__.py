"""Tables in and out: templates to download, files to send in, the dry run, the load, exports."""
