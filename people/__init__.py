"""Who lives there, and who answers for them: areas, posts, households, shelters, and the reading of their registers."""
