"""Hide what tables give away, and attack tables to see what they do."""
