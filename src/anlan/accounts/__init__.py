"""Accounts: people, organisations, posts, roles, deputies, credentials and tokens; who may see and do what.

Words: a person (人员) holds posts (任职) in organisations (单位); a post has a role (角色) = a set of rights, and a
region, office or enterprise that limits what is seen. A deputy (代理) acts in another's post between two days. Posts and
rights travel between nodes in the journal; accounts, passwords and tokens stay on this server.
"""
