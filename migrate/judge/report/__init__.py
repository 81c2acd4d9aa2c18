"""Writing a report, whatever it is about: page, HTML, Markdown, JUnit, charts, figures in words."""
