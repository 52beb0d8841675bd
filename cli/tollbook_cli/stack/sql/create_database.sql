CREATE DATABASE {name} OWNER {owner};
