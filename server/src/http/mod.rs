//! The HTTP door: the API for agents and what every answer carries.
