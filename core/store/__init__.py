"""What we remember: rounds, answers, votes, prices. SQLite or PostgreSQL through SQLAlchemy."""
