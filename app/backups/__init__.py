"""Copies that outlive the disks: made each night, followed by the log, restored elsewhere, and proved by a drill."""
