CREATE DATABASE tollbook OWNER tollbook_owner;
