"""Knowledge: cited facts of drugs, equivalences and protocols, and how they are read and looked up."""
