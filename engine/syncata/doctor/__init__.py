"""Checks of an installation and of a connection, each with what to do about it. Changes nothing."""

from syncata.doctor.connection import connection
from syncata.doctor.diagnosis import Diagnosis
from syncata.doctor.installation import installation, state_directory
from syncata.doctor.standing import Service

__all__ = ["Diagnosis", "Service", "connection", "installation", "state_directory"]
