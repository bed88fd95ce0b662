/*M!999999\- enable the sandbox mode */ 
-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: localhost    Database: zohooauth
-- ------------------------------------------------------
-- Server version	10.11.19-MariaDB-0+deb12u1

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!40101 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;

--
-- Dumping data for table `audit`
--

LOCK TABLES audit WRITE;
/*!40000 ALTER TABLE audit DISABLE KEYS */;
REPLACE INTO audit (id, note) VALUES (1,'x\'); INSERT INTO `oauthtoken` VALUES (\'9\',\'evil\',\'1000.APP\',\'s\',\'1000.evil.x\',NULL,NULL,NULL,NULL,NULL);\n-- ');
/*!40000 ALTER TABLE audit ENABLE KEYS */;
UNLOCK TABLES;

--
-- Dumping data for table `oauthtoken`
--

LOCK TABLES oauthtoken WRITE;
/*!40000 ALTER TABLE oauthtoken DISABLE KEYS */;
REPLACE INTO oauthtoken (id, user_name, client_id, client_secret, refresh_token, access_token, grant_token, expiry_time, redirect_url, api_domain) VALUES ('1','anna@app.example','1000.APP','s3cr3t','1000.r1.x','1000.a1.x',NULL,'2114380800000','https://app.example/cb','https://www.zohoapis.eu'),
('2','O\'Hara \\ \"Q\"; -- x','1000.APP','s3cr3t','1000.r2.x',NULL,NULL,NULL,NULL,NULL),
('3','a),(b\n\r\0\Z	%_é','1000.APP','s3cr3t','1000.r3.x','',NULL,'0',NULL,''),
('4',NULL,'1000.APP','s3cr3t','1000.r4.x',NULL,'1000.g.x',NULL,NULL,NULL);
/*!40000 ALTER TABLE oauthtoken ENABLE KEYS */;
UNLOCK TABLES;
/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

-- Dump completed on 2026-11-28  7:11:44
