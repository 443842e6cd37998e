-- Who uses the database. Run by the image of PostgreSQL when it makes the database, and by hand after a restore or when
-- a password has changed; each run leaves the same.
--   owner: owns the tables and migrates them
--   app:   what web, worker and beat are; `manage.py grant_privileges` says what it may do with each table
\set ON_ERROR_STOP on
\getenv owner DATABASE_OWNER
\getenv owner_password DATABASE_OWNER_PASSWORD
\getenv app DATABASE_APP
\getenv app_password DATABASE_PASSWORD

SELECT format('CREATE ROLE %I', name)
FROM unnest(ARRAY[:'owner', :'app']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'owner_password';
ALTER ROLE :"app" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'app_password';
-- a role may change its own settings, such as where names are looked up, and be given another's rights
ALTER ROLE :"app" RESET ALL;
SELECT format('REVOKE %I FROM %I', given.rolname, :'app')
FROM pg_auth_members JOIN pg_roles AS given ON given.oid = roleid
WHERE member = (SELECT oid FROM pg_roles WHERE rolname = :'app') \gexec

SELECT format('ALTER DATABASE %I OWNER TO %I', current_database(), :'owner') \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), :'app') \gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO :"app";
