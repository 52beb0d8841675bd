CREATE DATABASE {database} TEMPLATE {template} OWNER {owner};
