"""The pretrained networks: their table, and how their files are found, downloaded, checked and unpacked."""
