"""The lessons, one a file, each a `migrate.study.lesson.Lesson` called LESSON."""
