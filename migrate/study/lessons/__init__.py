"""The lessons, one per file, each a `poets.migrate.study.lesson.Lesson` called LESSON.

How a lesson is shown belongs one folder up.
"""
