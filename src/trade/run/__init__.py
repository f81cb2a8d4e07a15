"""The page that joins the stages: a request goes in, a receipt comes out."""
