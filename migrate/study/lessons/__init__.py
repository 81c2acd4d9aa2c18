"""The lessons, one a file, each a `poets.migrate.study.lesson.Lesson` called LESSON."""
