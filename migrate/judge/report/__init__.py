"""Write reports on any subject: page, screen, HTML, Markdown, JUnit, charts, formatted figures.

What a command compares, and its page, belong to the command's own folder.
"""
