"""Writing a report, whatever it is about: page, screen, HTML, Markdown, JUnit, charts, figures in words."""
