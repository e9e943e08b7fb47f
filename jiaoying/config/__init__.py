"""The settings of a site: `config.yaml`, checked as a whole before anything starts."""

from jiaoying.config.loading import load, loads
from jiaoying.config.model import Config
from jiaoying.config.reading import ConfigError, Fault
from jiaoying.config.template import default_text
from jiaoying.config.values import duration

__all__ = ["Config", "ConfigError", "Fault", "default_text", "duration", "load", "loads"]
