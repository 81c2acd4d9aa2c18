"""The lessons, one per file, each a `poets.migrate.study.lesson.Lesson` called LESSON."""
