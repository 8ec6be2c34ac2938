"""The demo county 黄岩区 (331003): real codes and boundary, invented people, enterprises and hazards, a year of work.

Everything is made through the services, at moments of the past, in order of time. Names of invented bodies and
enterprises end in （演示）; positions lie inside derived town cells and are synthetic; phone numbers begin with 154,
a series given to no operator. How it is made: docs/explanation/demo.md.
"""
