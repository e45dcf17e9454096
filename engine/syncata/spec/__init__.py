"""The frozen model of a connector spec, and of a connection; built from valid documents only."""
