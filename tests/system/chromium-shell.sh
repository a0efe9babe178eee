#!/bin/sh
# Chromium without a desktop's windows and services. chromedriver looks for a page that is there from the beginning.
exec chromium-headless-shell "$@" about:blank
