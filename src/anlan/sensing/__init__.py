"""Sensing: devices and what they measure, the rules over it, and the alarm loop (监测预警: 已触发 to 已归档).

Owns devices, device models, alarm rules, alarms, the readings store and the quarantine of unknown devices. An alarm becomes
a hazard by calling `inspection.services`.
"""
