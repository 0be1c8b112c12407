"""One self-contained page of pictures over the published catalogue."""
