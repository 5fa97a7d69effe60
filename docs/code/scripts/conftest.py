pytest_plugins = ["qi.testing.pytest_plugin"]
