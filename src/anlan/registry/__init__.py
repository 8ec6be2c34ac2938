"""Registry: one file per enterprise (一企一档), on whose page everything else of an enterprise hangs.

Owns enterprises with their supervision classes, tags, premises, contacts and former names.
Standards: GB 32100 (统一社会信用代码), GB/T 4754 (industries), 统计用区划代码 (regions).
"""
