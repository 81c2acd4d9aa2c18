"""Write reports on any subject: page, screen, HTML, Markdown, JUnit, charts, formatted figures."""
