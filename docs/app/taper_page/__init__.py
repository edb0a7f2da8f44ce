"""What the page says and shows: its form, its answers, its files. JavaScript only carries them to and fro."""
