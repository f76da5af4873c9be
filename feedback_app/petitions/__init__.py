"""Petitions of citizens and businesses about how they were served (phản ánh, kiến nghị), as their register has them."""
