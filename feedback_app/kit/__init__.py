"""What any web service needs and nothing that knows of feedback."""
