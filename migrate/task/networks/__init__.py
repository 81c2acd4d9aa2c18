"""The pretrained networks: the table of them, and how a file of one is found, downloaded, checked and unpacked."""
