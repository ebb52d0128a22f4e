"""configparser: the sections of files of the workspace; of other files, only that they may override a fallback."""

from flask_ls_primitives import ini_sections, unknown, usually_not


class RawConfigParser:
    def __init__(self, defaults=None, *args, allow_no_value=False, interpolation=None, **options):
        self._defaults = dict(defaults or {})
        self._sections = {}
        self._is_open = False

    def optionxform(self, option):
        return str(option).lower()

    def read(self, filenames, encoding=None):
        if isinstance(filenames, (list, tuple)):
            for name in filenames:
                self.read(name)
        else:
            self._take(ini_sections(filenames))
        return []

    def read_file(self, f, source=None):
        self._take(ini_sections(f))

    readfp = read_file

    def read_string(self, string, source=None):
        self._take(ini_sections(string, text=True))

    def read_dict(self, dictionary, source=None):
        self._take(dictionary)

    def _take(self, sections):
        if sections is None:
            self._is_open = usually_not("what a configuration file holds is only known at run time")
            return
        for name, options in sections.items():
            target = self._defaults if name == "DEFAULT" else self._sections.setdefault(name, {})
            for option, value in options.items():
                target[self.optionxform(option)] = value

    def sections(self):
        return list(self._sections) + (unknown("which sections a configuration file has") if self._is_open else [])

    def defaults(self):
        return self._defaults

    def add_section(self, section):
        self._sections[section] = {}

    def has_section(self, section):
        return section in self._sections or self._given(False)

    def _given(self, value):
        return unknown("what a configuration file holds is only known at run time") if self._is_open else value

    def options(self, section):
        return list(self._options(section))

    def _options(self, section):
        merged = dict(self._defaults)
        if section in self._sections:
            merged.update(self._sections[section])
        elif section != "DEFAULT" and not self._is_open:
            raise KeyError(section)
        if self._is_open:
            merged.update(unknown("what a configuration file holds"))
        return merged

    def has_option(self, section, option):
        name = self.optionxform(option)
        return (section in self._sections and name in self._sections[section]) or self._given(False)

    def get(self, section, option, **options):
        name = self.optionxform(option)
        if section in self._sections and name in self._sections[section]:
            value = self._sections[section][name]
        elif name in self._defaults:
            value = self._defaults[name]
        elif "fallback" in options:
            value = options["fallback"]
        else:
            return unknown("the option " + str(option) + " of a configuration file is only known at run time")
        return self._given(value)

    def getint(self, section, option, **options):
        return int(self.get(section, option, **options))

    def getfloat(self, section, option, **options):
        return float(self.get(section, option, **options))

    def getboolean(self, section, option, **options):
        return _boolean(self.get(section, option, **options))

    def items(self, section=None, raw=False, vars=None):
        if section is None:
            return [(name, SectionProxy(self, name)) for name in self.sections()]
        return list(self._options(section).items())

    def set(self, section, option, value=None):
        self._sections[section][self.optionxform(option)] = value

    def remove_section(self, section):
        self._sections.pop(section, None)

    def remove_option(self, section, option):
        self._sections[section].pop(self.optionxform(option), None)

    def write(self, *args, **options): ...

    def keys(self):
        return ["DEFAULT", *self.sections()]

    def values(self):
        return [SectionProxy(self, name) for name in self.keys()]

    def __getitem__(self, section):
        return SectionProxy(self, section)

    def __setitem__(self, section, options):
        self._sections[section] = {self.optionxform(k): v for k, v in options.items()}

    def __contains__(self, section):
        return section == "DEFAULT" or self.has_section(section)

    def __iter__(self):
        return iter(self.keys())


ConfigParser = SafeConfigParser = RawConfigParser


class SectionProxy:
    def __init__(self, parser, name):
        self.parser = parser
        self.name = name

    def get(self, option, fallback=None, **options):
        return self.parser.get(self.name, option, fallback=fallback)

    def getint(self, option, fallback=None, **options):
        value = self.get(option, fallback)
        return value if value is None else int(value)

    def getfloat(self, option, fallback=None, **options):
        value = self.get(option, fallback)
        return value if value is None else float(value)

    def getboolean(self, option, fallback=None, **options):
        return _boolean(self.get(option, fallback))

    def items(self):
        return self.parser.items(self.name)

    def keys(self):
        return self.parser.options(self.name)

    def values(self):
        return [value for _, value in self.items()]

    def __getitem__(self, option):
        return self.parser.get(self.name, option)

    def __setitem__(self, option, value):
        self.parser.set(self.name, option, value)

    def __contains__(self, option):
        return self.parser.has_option(self.name, option)

    def __iter__(self):
        return iter(self.keys())


def _boolean(value):
    if isinstance(value, str):
        return value.lower() in ("1", "yes", "true", "on")
    return value


class BasicInterpolation: ...


class ExtendedInterpolation: ...


class Error(Exception): ...


class NoSectionError(Error): ...


class NoOptionError(Error): ...
